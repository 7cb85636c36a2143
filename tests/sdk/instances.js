// Copyright (c) 2026, Certops contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// The life of an instance with the vendor's client for Node.js; prints what was seen, as JSON.
// Usage: node instances.js ADDRESS ACCESS_KEY_ID ACCESS_KEY_SECRET FIRST_CSR SECOND_CSR

"use strict";

const { default: Client, GetUserCertificateDetailRequest, ListContactRequest } = require("@alicloud/cas20200407");
const { $OpenApiUtil, OpenApiUtil } = require("@alicloud/openapi-core");
const { RuntimeOptions } = require("@darabonba/typescript");

const [address, accessKeyId, accessKeySecret, firstCsr, secondCsr] = process.argv.slice(2);
const client = new Client(
  new $OpenApiUtil.Config({ accessKeyId, accessKeySecret, endpoint: address, protocol: "HTTP" }),
);

// The client has typed calls for the first generation only: operations of instances go through its general call.
async function call(action, query) {
  const params = new $OpenApiUtil.Params({
    action, version: "2020-04-07", protocol: "HTTP", pathname: "/", method: "POST", authType: "AK", style: "RPC",
    reqBodyType: "formData", bodyType: "json",
  });
  const request = new $OpenApiUtil.OpenApiRequest({ query: OpenApiUtil.query(query) });
  return (await client.callApi(params, request, new RuntimeOptions({}))).body;
}

async function refused(action, query) {
  try {
    await call(action, query);
  } catch (error) {
    return error.code;
  }
  return "taken";
}

async function control(name, wish) {
  const reply = await fetch(`http://${address}/_control/${name}`, { method: "POST", body: JSON.stringify(wish) });
  return reply.json();
}

async function state(InstanceId) {
  const body = await call("GetInstanceDetail", { InstanceId });
  const entries = body.DomainValidationList.map((entry) => [entry.RootDomain, entry.ValidationKey, entry.ValidationType]);
  return [body.Status, body.CertificateId ?? null, body.PendingResult, entries];
}

async function fill(InstanceId, Csr) {
  const { contactList } = (await client.listContact(new ListContactRequest({ keyword: "Operations" }))).body;
  const form = { Domain: "www.example.com", GenerateCsrMethod: "upload", Csr, ValidationMethod: "DNS" };
  const tags = [{ TagKey: "env", TagValue: "生产 ~*" }];
  await call("UpdateInstance", { InstanceId, ...form, ContactIdList: [contactList[0].contactId], Tags: tags });
}

async function download(certId) {
  const request = new GetUserCertificateDetailRequest({ certId, certFilter: false });
  return (await client.getUserCertificateDetail(request)).body.cert;
}

async function main() {
  const seen = {};
  const [bought, unused] = (await control("instance", { count: 2 })).instances;
  const InstanceId = bought.instance_id;
  await fill(InstanceId, firstCsr);
  await call("ApplyCertificate", { InstanceId });
  seen.early = await refused("CancelPendingCertificate", { InstanceId });
  await control("advance", { seconds: 4 });
  seen.pending = await state(InstanceId);
  seen.task = (await call("GetTaskAttribute", { TaskId: InstanceId })).TaskStatus;
  await call("CancelPendingCertificate", { InstanceId });
  await control("advance", { seconds: 3 });
  seen.withdrawn = await state(InstanceId);
  await call("ApplyCertificate", { InstanceId });
  await control("reject", { instance_id: InstanceId, reason: "CAA record forbids" });
  seen.refused = await state(InstanceId);
  await call("ApplyCertificate", { InstanceId });
  await control("accept", { instance_id: InstanceId });
  seen.issued = await state(InstanceId);
  seen.first = await download(seen.issued[1]);
  await fill(InstanceId, secondCsr);
  await call("ApplyCertificate", { InstanceId });
  await control("accept", { instance_id: InstanceId });
  seen.reissued = await state(InstanceId);
  seen.second = await download(seen.reissued[1]);
  await call("UpdateInstance", { InstanceId, AutoReissue: "enable" });
  await control("host", { instance_id: InstanceId });
  seen.hosted = await state(InstanceId);
  await call("RevokeCertificate", { InstanceId, CertificateId: seen.hosted[1] });
  const list = await call("ListCertificates", { InstanceId });
  seen.certificates = list.CertificateList.map((entry) => entry.CertificateStatus);
  seen.kept = await refused("RefundInstance", { InstanceId });
  const place = { RegionId: "cn-hangzhou", ResourceType: "instance", ResourceId: [InstanceId] };
  await call("TagResources", { ...place, Tag: [{ Key: "note", Value: "" }] });
  await call("UntagResources", { ...place, TagKey: ["env"] });
  seen.tags = (await call("ListTagResources", place)).TagResources.TagResource.map((tag) => [tag.TagKey, tag.TagValue]);
  await call("RefundInstance", { InstanceId: unused.instance_id });
  await control("advance", { seconds: 3 });
  await call("DeleteInstance", { InstanceId: unused.instance_id });
  seen.gone = await refused("GetInstanceDetail", { InstanceId: unused.instance_id });
  seen.left = (await call("ListInstances", { InstanceType: "BUY" })).TotalCount;
  seen.summary = (await call("GetInstanceSummary", {})).AutoReissueCount;
  console.log(JSON.stringify(seen));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});

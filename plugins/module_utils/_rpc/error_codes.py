# Copyright (c) 2026, Certops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: names and behaviour change without notice. Use the modules instead.
"""What single error codes mean, and what to do: the service's own messages are mostly Chinese.

A code that is not here is told by the sentence of its kind, see ``service_errors``.
"""

from __future__ import annotations

from .._text import one_line

_TRY_LATER = "Run the task again later."
_TAKEN = "there is an object of this name already. Use another name."
_OTHER_ACCOUNT = "on this account. Check its ID, the access key and the endpoint."

# Each continues "... was refused: ". What the sentence of a kind says as well is not repeated here.
_MEANINGS = {
    # Applications.
    "DeductQuotaFailed": f"the quota could not be reduced, and nothing was ordered. {_TRY_LATER}",
    "CreateCertificateRequestFailed": "the application could not be created. Check the names, the CSR and the contact.",
    "CreateOrderFailed": f"the order could not be created. {_TRY_LATER}",
    "CreateCsrFailed": "the service could not create the CSR. Check the names, or give a CSR.",
    "DomainAndProductNotMatch": "the names do not fit the product. One for single names takes no wildcard, and one for "
    "wildcards takes nothing else. Check domains, and product_code or the instance.",
    "DomainAlreadyExist": "there is an application for this name already.",
    "OrderExpired": "the order has expired. Place a new one.",
    "DeleteFail": "only an order that was withdrawn or refused can be deleted.",
    "MissingParameter": "a parameter is missing; in an application, mostly the contact. Give contact, or add one to "
    "the account in the console.",
    "ParamRepeat": "a parameter or a name was given twice.",
    "InvaildParameterSource": "the source of a parameter is not valid.",
    "InvalidSource.Content.Malformed": "the content of a parameter is malformed.",
    "AlreadyExists": _TAKEN,
    "AlreadyExistsTry": _TAKEN,
    "NameAlreadyExist": _TAKEN,
    "NameRepeat": _TAKEN,
    "ResourceAlreadyAssociated": "the resource is associated with another object already.",
    # Certificates and keys.
    "CertificateExpired": "the certificate has expired.",
    "CertificateFormatException": "the certificate cannot be read. Give it in PEM format.",
    "CertificateChainNotMatch": "the chain does not belong to the certificate.",
    "CertificatePrivateKey.Existed": "the service has this private key already.",
    "CertificateInvalidCasId": "the certificate identifier is not valid. Use the one that the service returned.",
    "InvalidParameter.Cert": "the certificate is not valid. Give it in PEM format, with its chain.",
    "KeyNotMatchCert": "the private key does not belong to the certificate.",
    "SSLPri.MissingParameter": "the private key is missing.",
    "DataTooLongException": "a value is too long.",
    "DecryptError": "the private key cannot be decrypted. Give it without a passphrase.",
    "InvalidCertId.NotFound": f"the certificate does not exist {_OTHER_ACCOUNT}",
    "ServerCertificateId.NotFound": "the certificate does not exist in this region. Check region.",
    "Certificate.Duplicated": "the service has this certificate already.",
    "CertQuotaCheckFailed": "the plan takes no more certificates. Remove one that is not used.",
    # Instances.
    "OperationDenied.StatusNotSupport": "the state of the instance does not allow it: an application is in progress "
    "already, or there is nothing to withdraw.",
    "OperationDenied.ProductNotSupport": "the product does not support this.",
    "OperationDenied.NotSameCompanyEntity": "both accounts must belong to the same verified owner.",
    "InvalidStatus.UpdateProtection": f"the instance cannot be changed at this moment. {_TRY_LATER}",
    "InvalidStatus.DeleteProtection": f"the instance cannot be deleted yet. {_TRY_LATER}",
    "InvalidInstanceId.NotFound": f"the instance does not exist {_OTHER_ACCOUNT}",
    "CouldNotRefund.NotSupport": "it cannot be refunded, or not yet.",
    "CouldNotRefund.OverTime": "the time in which it could be refunded is over.",
    "CouldNotRefund.InsufficientQuota": "a part of it was used, so it cannot be refunded.",
    "WebHookFailed": "the web hook of the contact could not be called. Check it in the console.",
    # Deployments and purchases.
    "DeployFailed": "the certificate could not be deployed. Look at the job in the console.",
    "DeployFailed.CertBackupFailed": "the certificate in use could not be saved, so nothing was deployed.",
    "DeployFailed.InvalidCertChainPath": "the path of the chain is not valid.",
    "DeployFailed.InvalidCertPath": "the path of the certificate is not valid.",
    "COMMODITY.INVALID_COMPONENT": "the product cannot be bought in this form.",
    "INSUFFICIENT.AVAILABLE.QUOTA": "the balance of the account is too low.",
    "ProductCode.NotFound": "the product does not exist on this site. Check product_code and region.",
    "NotApplicable": "the product is not offered on this site. Check region.",
    # DNS.
    "InvalidDomainName.Duplicate": "the domain was added already.",
    "InvalidDomainName.Format": "the name of the domain is not valid. Check domain.",
    "InvalidDomainName.Suffix": "the suffix of the domain is not supported. Check domain.",
    "IncorrectDomainUser": "the domain belongs to another account. Check domain and the access key.",
    "DomainAddedByOthers": "the domain was added by another account. Check domain and the access key.",
    "DomainForbidden": "the service has blocked the domain. Look at it in the console.",
    "Forbidden.DomainExpired": "the registration of the domain has expired. Renew it at its registrar.",
    "Forbidden.DomainLocked": "the domain is locked. Unlock it in the console.",
    "Forbidden.DomainType": "a domain of this type cannot be changed.",
    "Forbidden.RecordLocked": "the record is locked. Unlock it in the console.",
    "SubDomainInvalid.Value": "the value does not suit the type of the record. Check value and type.",
    # The access key.
    "AccessDenied.NoAuth": "Certificate Management Service itself does not authorize this access key, whatever the RAM "
    "policies allow. Look at the service in the console.",
    "InvalidProtocol.NeedSsl": "the endpoint has to be called with https://. Check endpoint.",
}
# The options that parameters of a call are made of.
_OPTIONS = {
    "CertificateId": "certificate_id",
    "CertificateName": "certificate_name",
    "CompanyId": "company_id",
    "CompanyName": "company_name",
    "ContactIdList": "contact_ids",
    "Csr": "csr_content or csr_path",
    "Domain": "domains",
    "DomainName": "domain",
    "Email": "contact",
    "InstanceId": "instance_id",
    "KeyAlgorithm": "key_algorithm",
    "OrderId": "order_id",
    "Phone": "contact",
    "ProductCode": "product_code",
    "RR": "record",
    "TTL": "ttl",
    "Tags": "tags",
    "Username": "contact",
    "ValidateType": "validation_method",
    "ValidationMethod": "validation_method",
    "Value": "value",
}

INSTANCE = "instance"
# What an operation is about, where that is not the thing that most operations of its product are about.
_THINGS = {
    INSTANCE: (
        "ListInstances", "GetInstanceDetail", "GetInstanceSummary", "GetTaskAttribute", "UpdateInstance",
        "ApplyCertificate", "CancelPendingCertificate", "RefundInstance", "TagResources", "UntagResources",
    ),
    "certificate": ("RevokeCertificate", "ListCertificates", "GetCertificateDetail", "GetUserCertificateDetail"),
    "contact": ("ListContact", "GetContact"),
    "company": ("ListCompanies",),
}  # fmt: skip
_THING_OF = {action: thing for thing, actions in _THINGS.items() for action in actions}


def thing_of(action: str, most: str) -> str:
    """What an operation is about; ``most`` is what most operations of its product are about."""
    return _THING_OF.get(action, most)


def meaning(code: str) -> str | None:
    """What a code means, and what to do; None where only its kind is known."""
    known = _MEANINGS.get(code) or _MEANINGS.get(code.partition(".")[0])
    return known or _of_parameter(code)


def _of_parameter(code: str) -> str | None:
    """``MissingDomain``, ``InvalidParameter.Csr``: most names of parameters are not listed anywhere."""
    for beginning, problem in (("InvalidParameter.", "is not valid"), ("Missing", "is missing")):
        name = one_line(code[len(beginning) :], 60)
        if code.startswith(beginning) and name:
            advice = f" Check {_OPTIONS[name]}." if name in _OPTIONS else ""
            return f"the parameter {name} {problem}.{advice}"
    return "a parameter is not valid." if code.startswith("InvalidParameter") else None

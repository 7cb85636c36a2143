from tests.support import client, chains
from datetime import timedelta
def test_it(tmp_path):
    account = client.emulator(settle_seconds=0.0, record_delay_seconds=0.0)
    account.zone("example.com") if hasattr(account,"zone") else None
    shop = chains.Shop(account, tmp_path)
    for kw in (dict(check=True), dict(until="requested"), dict(until="requested", check=True), {}, dict(check=True)):
        out = chains.run(shop, validation="manual", **kw)
        print(kw, out.facts.get("msg")); print("  ", [(s.action, s.target.id, s.reason) for s in out.plan.steps]); print(out.diff()["before"], "->\n", out.diff()["after"])
        print([c.action for c in account.calls]); account.calls.clear()
        if kw.get("until"):
            account.advance(10); 
            for o in account.world.present(): 
                try:
                    account.prove(o.number); account.accept(o.number)
                except Exception as e: print(e)
    account.advance(70*86400)
    for kw in (dict(check=True), dict(until="requested"), dict(until="requested"), {},):
        out = chains.run(shop, validation="manual", **kw)
        print(kw, out.facts.get("msg")); print("  ", [(s.action, s.target.id, s.reason) for s in out.plan.steps]); print(out.diff()["before"], "->\n", out.diff()["after"])
        print([c.action for c in account.calls]); account.calls.clear()
        if kw.get("until"):
            account.advance(10); 
            for o in account.world.present(): 
                try:
                    account.prove(o.number); account.accept(o.number)
                except Exception as e: print(e)
    print(shop.said)

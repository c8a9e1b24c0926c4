"""Works out what made-up turns cost, a second time: from the published prices, in decimal arithmetic, without the program.

    python3 test/shared/prices/second-calculation.py > test/vectors/priced-turns.json

It reads build/prices/ (US dollars for a million tokens) and neither the price table nor any code of the program, so that an
error in one of them shows as a difference. Rules are written here again from the providers' pages:

- cached and written tokens are part of what was read, and are priced by themselves where they have a price;
- Anthropic writes to its cache for five minutes at 1.25 times its price of input, or for an hour at twice that price;
- beyond 272,000 tokens read the whole request has the long-context price of its tier; Fast of gpt-5.5 and gpt-5.4 is not run
  that long and costs as Standard; a tier without such a row has no price there;
- plan usage has no surcharge for long requests and is never money;
- processing in one region costs a tenth more, for models that came out on or after 2026-03-05;
- every part is rounded to whole picodollars by itself, a half upwards.
"""

import json
import pathlib
from datetime import datetime, timezone
from decimal import ROUND_HALF_UP, Decimal

ROOT = pathlib.Path(__file__).resolve().parents[3]
PRICES = json.loads((ROOT / "build/prices/openai.json").read_text(), parse_float=Decimal, parse_int=Decimal)
OFFICIAL = {row["model"]: row["tiers"] for row in PRICES["official_rows"]}
SNAPSHOT = {row["model"]: row for row in PRICES["litellm_rows"]}

TIER_COLUMN = {"fast": "priority", "default": "standard", "priority": "priority", "flex": "flex", "ultrafast": "ultrafast", "batch": "flex"}
NO_LONG_FAST = {"gpt-5.5", "gpt-5.4"}
NEW_ENOUGH_FOR_REGION = ("gpt-5.4", "gpt-5.5", "gpt-5.6", "gpt-6")
# Published on Anthropic's page and by the package's authors: input, cache read, cache write, output; for an hour see above.
ANTHROPIC = {
    "claude-opus-5-5": {"standard": ("4", "0.2", "5", "20"), "priority": ("8", "0.4", "10", "40")},
    "claude-opus-5": {"standard": ("5", "0.5", "6.25", "25"), "priority": ("10", "1", "12.5", "50")},
    "claude-opus-4-8": {"standard": ("5", "0.5", "6.25", "25"), "priority": ("10", "1", "12.5", "50")},
    "claude-sonnet-5": {"standard": ("2", "0.2", "2.5", "10")},
    "claude-haiku-4-5": {"standard": ("1", "0.1", "1.25", "5")},
}
GROQ = {"llama-3.1-8b-instant": {"standard": ("0.05", None, None, "0.08")}}
OVERRIDES = {
    (None, "house-model"): {"standard": ("0.123456789", "0.05", None, "1.000000001")},
    ("own-cache", "claude-haiku-4-5"): {"standard": ("0.9", "0.09", "1.1", "4.5", "1.7")},
    ("own-cache", "claude-opus-5"): {"standard": ("4", None, "5", "20"), "priority": ("8", None, None, "40")},
    (None, "o3"): {"standard": ("1.5", "0.4", None, "6"), "priority": ("3.000001", "0.8", None, "12")},
    ("negotiated", "gpt-5.5"): {"standard": ("4.5", "0.45", None, "27"), "priority": ("11.25", "1.125", None, "67.5")},
}
ACCOUNTS = {
    "openai": "openai", "region": "openai", "plan": "openai", "negotiated": "openai", "mapped": "openai",
    "anthropic": "anthropic", "own-cache": "anthropic", "groq": "groq", "elsewhere": None, "sandbox": "openai",
}
MAPPED = {"team-default": "gpt-5.4-mini", "dated-*": "gpt-5-mini-2025-08-07"}
SOLE = {"gpt-5.2-pro", "gpt-5-pro"}
NOON = int(datetime(2026, 11, 21, 12, tzinfo=timezone.utc).timestamp() * 1000)


def undated(model):
    parts = model.rsplit("-", 3)
    if len(parts) == 4 and all(part.isdigit() for part in parts[1:]) and [len(part) for part in parts[1:]] == [4, 2, 2]:
        return parts[0]
    head, _, tail = model.rpartition("-")
    return head if tail.isdigit() and len(tail) == 8 else model


def dollars(rates):
    return tuple(None if rate is None else Decimal(rate) for rate in rates)


def official(tier):
    return (tier["input"], tier["cached_input"], tier["cache_write"], tier["output"])


def day(at):
    return datetime.fromtimestamp(at / 1000, timezone.utc).strftime("%Y-%m-%d")


def openai_rates(model, column, long, at):
    """Rates of a model in a column, or None; by the day for the models whose price has changed."""
    first = {"gpt-6-astra": "2026-09-03", "gpt-6.1-sol": "2026-09-29", "gpt-6-sol": "2026-09-22", "gpt-6-luna": "2026-09-22",
             "gpt-5.6-terra": "2026-07-30", "gpt-5.6-luna": "2026-07-30"}.get(model, "2026-08-01")
    if day(at) < first:
        return None
    if column == "ultrafast" and day(at) < {"gpt-6-astra": "2026-09-29", "gpt-6.1-sol": "2026-10-08"}.get(model, ""):
        return None
    if model == "gpt-5.6-sol" and day(at) < "2026-08-21":
        suffix = {"standard": "", "priority": "_priority", "flex": "_flex"}[column]
        row, infix = SNAPSHOT[model], "_above_272k" if long else ""
        names = [f"{name}{infix}{suffix}" for name in ("input", "cached_input", "cache_write", "output")]
        return tuple(row.get(name) for name in names) if names[0] in row else None
    if model in OFFICIAL:
        tier = OFFICIAL[model].get(column)
        if tier is None:
            return None
        if not long or "above_272k" not in OFFICIAL[model]["standard"]:
            return official(tier)
        if column == "priority" and model in NO_LONG_FAST:
            tier = OFFICIAL[model]["standard"]
        return official(tier["above_272k"]) if "above_272k" in tier else None
    row = SNAPSHOT.get(model)
    suffix = {"standard": "", "priority": "_priority", "flex": "_flex"}.get(column)
    if row is None or suffix is None or f"input{suffix}" not in row:
        return None
    return tuple(row.get(f"{name}{suffix}") for name in ("input", "cached_input", "cache_write", "output"))


def rates(turn, column):
    """The four rates for a turn in one column with their scale, or None where there is no price."""
    account, seller = turn["account"], ACCOUNTS[turn["account"]]
    long = (turn["tokens"]["input"] or 0) > 272000 and account != "plan"
    model = turn["model"]
    mapped = MAPPED.get(model, MAPPED["dated-*"] if model.startswith("dated-") else None) if account == "mapped" else None
    for name in [model, undated(model)] + ([mapped, undated(mapped)] if mapped else []):
        own = OVERRIDES.get((account, name)) or OVERRIDES.get((None, name))
        if own is not None:
            return (dollars(own[column]), Decimal(1), "settings") if column in own else None
        if seller == "openai" and (name in OFFICIAL or (name in SNAPSHOT and undated(name) == name and name != "gpt-5.6")):
            found = openai_rates(name, column, long, turn["startedAt"])
            uplift = Decimal("1.1") if account == "region" and name.startswith(NEW_ENOUGH_FOR_REGION) else Decimal(1)
            return None if found is None else (dollars(found), uplift, "table")
        listed = {"anthropic": ANTHROPIC, "groq": GROQ}.get(seller, {}).get(name)
        if listed is not None:
            return (dollars(listed[column]), Decimal(1), "table") if column in listed else None
    return None


def whole(value):
    return int((value * 1_000_000).quantize(Decimal(1), ROUND_HALF_UP))


def cost(turn, column):
    found = None if column is None else rates(turn, column)
    tokens = turn["tokens"]
    if found is None or tokens["input"] is None:
        return None
    (per_input, per_cached, per_write, per_output, *listed), uplift, source = found
    per_hour = listed[0] if listed else per_input * 2 if source == "table" and turn["account"] in ("anthropic", "own-cache") else None
    cached, written = tokens["cached"] or 0, tokens["cacheWrite"] or 0
    hour = min(tokens["cacheWriteHour"] or 0, written)
    plain, written = max(0, tokens["input"] - cached - written), written - hour
    if per_cached is None:
        plain, cached = plain + cached, 0
    if per_write is None:
        plain, written = plain + written, 0
    if per_hour is None and hour > 0:
        if per_write is not None:
            return None
        plain, hour = plain + hour, 0
    if tokens["output"] is None:
        return None
    parts = {
        "input": whole(plain * per_input * uplift),
        "cached": whole(cached * (per_cached or 0) * uplift),
        "cacheWrite": whole(written * (per_write or 0) * uplift),
        "cacheWriteHour": whole(hour * (per_hour or 0) * uplift),
        "output": whole(tokens["output"] * per_output * uplift),
    }
    total = sum(parts.values())
    return None if total >= 2**53 else {**parts, "total": total, "source": source}


def column_of(tier, turn):
    """The column a tier is priced in; without one, Standard where no project's own setting can be behind it."""
    if tier is None:
        safe = turn["account"] in ("plan", "anthropic", "own-cache", "groq", "elsewhere") or turn["model"] in SOLE
        safe = safe or turn["model"] == "house-model"
        return "standard" if safe else None
    return TIER_COLUMN.get(tier)


def expect(turn):
    tiers = turn["tiers"]
    if tiers["billed"] is None and tiers["sent"] == "auto" and turn["model"] not in SOLE:
        billed = None
    else:
        billed = column_of(tiers["billed"], turn)
    known = cost(turn, billed) if turn["left"] else None
    if known is None:
        return None
    source = known.pop("source")
    saved = 0
    if turn["verdict"] in ("filter", "force") and tiers["requested"] != tiers["sent"]:
        wanted = column_of(tiers["requested"], turn)
        asked = cost(turn, wanted)
        saved = 0 if wanted == billed else None if asked is None else asked["total"] - known["total"]
    premium = 0
    if billed in ("priority", "ultrafast"):
        standard = cost(turn, "standard")
        premium = None if standard is None else known["total"] - standard["total"]
    basis = "credits" if turn["account"] in ("plan", "sandbox") else "money"
    return {**known, "basis": basis, "saved": saved, "premium": premium, "source": source}


TURNS = []


def add(name, model, billed, tokens, account="openai", requested="same", sent="same", served="same", verdict="pass",
        at=NOON, left=True):
    read, cached, write, output, *rest = tokens
    hour = rest[0] if rest else None if write is None else 0
    sent = billed if sent == "same" else sent
    turn = {
        "name": name, "model": model, "account": account, "startedAt": at, "left": left, "verdict": verdict,
        "tiers": {
            "requested": sent if requested == "same" else requested, "sent": sent,
            "served": billed if served == "same" else served, "billed": billed,
        },
        "tokens": {"input": read, "cached": cached, "cacheWrite": write, "cacheWriteHour": hour, "output": output},
    }
    TURNS.append({**turn, "expected": expect(turn)})


SIZES = {
    "small": (1234, 0, 0, 567),
    "cached": (48_213, 40_960, 0, 1_999),
    "cached and written": (91_007, 65_536, 12_288, 3_331),
    "long": (300_001, 131_072, 0, 7_777),
    "long and written": (272_001, 200_000, 50_001, 12_345),
}

# The last figure is what was written for an hour.
HOURS = {
    "for an hour": (91_007, 65_536, 12_288, 3_331, 12_288),
    "for both": (60_001, 40_000, 20_000, 777, 7_001),
}

# Every official model in every tier that it has, and in one that it has not.
for model, listed in OFFICIAL.items():
    for tier in ("default", "priority", "flex", "ultrafast"):
        size = list(SIZES)[len(TURNS) % len(SIZES)]
        add(f"{model} at {tier}, {size}", model, tier, SIZES[size])
# All sizes for the models in which rules meet.
for model in ("gpt-6-astra", "gpt-6.1-sol", "gpt-5.6-sol", "gpt-5.5", "gpt-5.4"):
    for tier in ("default", "priority"):
        for size, tokens in SIZES.items():
            add(f"{model} at {tier}: {size}", model, tier, tokens)
# The border of a long request.
for read in (271_999, 272_000, 272_001):
    add(f"{read} tokens read", "gpt-5.5", "default", (read, 0, 0, 10))
    add(f"{read} tokens read by a plan", "gpt-5.5", "default", (read, 0, 0, 10), account="plan")
# One region, a plan, the sandbox, an upstream nobody sells.
for model in ("gpt-6-luna", "gpt-5.4-mini", "gpt-5.3-codex"):
    add(f"{model} in one region", model, "priority", SIZES["cached"], account="region")
add("Flex in one region", "gpt-6-luna", "flex", (3, 1, 1, 1), account="region")
for tier in ("default", "priority", None):
    add(f"a plan at {tier}", "gpt-5.5", tier, SIZES["cached"], account="plan", served="default")
    add(f"the sandbox at {tier}", "gpt-5.5", tier, SIZES["cached"], account="sandbox")
add("a plan whose request was long", "gpt-5.6-sol", "priority", SIZES["long"], account="plan", served="default")
add("an upstream nobody is known to sell", "gpt-5.5", "default", SIZES["small"], account="elsewhere")
# What the policy changed.
for model in ("gpt-5.5", "gpt-6.1-sol", "gpt-5.4-nano"):
    add(f"{model}: Fast filtered", model, "default", SIZES["cached"], requested="priority", verdict="filter")
    add(f"{model}: Ultrafast filtered", model, "default", SIZES["cached"], requested="ultrafast", verdict="filter")
    add(f"{model}: Fast forced to Flex", model, "flex", SIZES["cached"], requested="priority", verdict="force")
    add(f"{model}: Standard forced to Fast", model, "priority", SIZES["cached"], requested="default", verdict="force")
    add(f"{model}: Fast on a plan filtered", model, None, SIZES["cached"], account="plan", requested="fast", sent=None,
        served="default", verdict="filter")
    add(f"{model}: nothing named, Standard written", model, "default", SIZES["small"], requested=None, verdict="filter")
add("Fast of a long request filtered", "gpt-5.5", "default", SIZES["long"], requested="priority", verdict="filter")
add("Fast of a long request filtered where it is sold", "gpt-6-sol", "default", SIZES["long"], requested="priority", verdict="filter")
add("Fast sent, Standard served", "gpt-5.5", "default", SIZES["cached"], sent="priority", served="default")
# What is not known.
add("no tier sent and none served", "gpt-5.5", None, SIZES["small"])
add("auto sent and nothing served", "gpt-5.5", None, SIZES["small"], sent="auto", served=None)
add("no tier of a model sold in one class", "gpt-5-pro", None, SIZES["small"])
add("auto of a model sold in one class", "gpt-5.2-pro", None, SIZES["small"], sent="auto", served=None)
add("scale", "gpt-5.5", "scale", SIZES["small"])
add("a tier nobody knows", "gpt-5.5", "turbo", SIZES["small"])
add("a model nobody knows", "gpt-7", "default", SIZES["small"])
add("a longer name of a known model", "gpt-5.5-mini", "default", SIZES["small"])
add("a shorter name of a known model", "gpt-5.", "default", SIZES["small"])
add("no word of what was read", "gpt-5.5", "default", (None, None, None, 10))
add("no word of what was written", "gpt-5.5", "default", (10, None, None, None))
add("no word of the cache", "gpt-5.5", "default", (10, None, None, 5))
add("a turn that never left", "gpt-5.5", "default", SIZES["small"], left=False)
add("nothing read and nothing written", "gpt-5.5", "default", (0, 0, 0, 0))
add("more cached than read", "gpt-5.5", "default", (10, 25, 0, 5))
add("more tokens than the ledger can hold the price of", "gpt-5.5-pro", "default", (9_007_199_254_740_991, 0, 0, 0))
add("a product beyond a double that still fits", "gpt-4.1-nano", "default", (90_071_992_547, 0, 0, 1))
# Names.
add("a dated name", "gpt-5.5-2026-04-23", "priority", SIZES["cached"])
add("a dated name with its own row", "gpt-4o-2024-05-13", "default", SIZES["cached"])
add("another date of the same", "gpt-4o-2024-11-20", "default", SIZES["cached"])
add("a model of the snapshot alone", "gpt-5.1-codex", "priority", SIZES["cached"])
add("what the mapping says of it", "team-default", "default", SIZES["cached"], account="mapped")
add("a dated name behind the mapping", "dated-anything", "priority", SIZES["cached"], account="mapped")
add("no mapping, no price", "team-default", "default", SIZES["cached"])
# Days.
for month, date in ((8, 20), (8, 21), (9, 2), (9, 3), (9, 28), (9, 29), (10, 7), (10, 8)):
    at = int(datetime(2026, month, date, tzinfo=timezone.utc).timestamp() * 1000)
    for model, tier in (("gpt-5.6-sol", "priority"), ("gpt-6-astra", "ultrafast"), ("gpt-6.1-sol", "ultrafast")):
        add(f"{model} at {tier} on 2026-{month:02}-{date:02}", model, tier, SIZES["cached and written"], at=at)
add("the last moment of a day", "gpt-5.6-sol", "default", SIZES["small"],
    at=int(datetime(2026, 8, 21, tzinfo=timezone.utc).timestamp() * 1000) - 1)
# Others.
for model, listed in ANTHROPIC.items():
    for tier in ("default", "priority"):
        add(f"{model} at {tier}", model, tier, SIZES["cached and written"], account="anthropic")
add("Anthropic, no tier said by anybody", "claude-opus-5-5", None, SIZES["cached"], account="anthropic")
add("Anthropic, dated", "claude-opus-5-5-20260901", "default", SIZES["long and written"], account="anthropic")
add("Anthropic, Fast filtered", "claude-opus-5", "default", SIZES["cached and written"], account="anthropic",
    requested="priority", sent=None, verdict="filter")
for model, listed in ANTHROPIC.items():
    for tier in ("default", "priority"):
        for name, tokens in HOURS.items():
            add(f"{model} at {tier}, {name}", model, tier, tokens, account="anthropic")
add("for an hour, dated", "claude-sonnet-5-20260901", "default", HOURS["for an hour"], account="anthropic")
add("for an hour, Fast filtered", "claude-opus-5-5", "default", HOURS["for both"], account="anthropic",
    requested="priority", sent=None, verdict="filter")
add("more for an hour than was written", "claude-opus-5", "default", (100, 0, 10, 5, 25), account="anthropic")
add("for an hour where writing is plain input", "gpt-5.5", "default", HOURS["for both"])
add("for an hour where only five minutes have a price", "gpt-6-sol", "default", HOURS["for both"])
add("for five minutes where only those have a price", "gpt-6-sol", "default", (100, 0, 10, 5, 0))
add("an own price that knows no hour", "claude-opus-5", "default", HOURS["for an hour"], account="own-cache")
add("an own price that knows no hour, and needs none", "claude-opus-5", "default", SIZES["cached and written"], account="own-cache")
add("an own price that knows an hour", "claude-haiku-4-5", "default", HOURS["for both"], account="own-cache")
add("an own price without a cache", "claude-opus-5", "priority", HOURS["for both"], account="own-cache")
add("a provider known by its address", "llama-3.1-8b-instant", None, SIZES["cached"], account="groq")
add("a tier that this provider has no price for", "llama-3.1-8b-instant", "flex", SIZES["cached"], account="groq")
# The user's own prices.
for size, tokens in SIZES.items():
    add(f"an own price, {size}", "house-model", "default", tokens)
add("an own price, halves", "house-model", "default", (500_000, 0, 0, 500_000_000))
add("an own price, one token of each", "house-model", "default", (2, 1, 0, 1))
add("an own price without a tier", "house-model", None, (7, 0, 0, 3), account="elsewhere")
add("an own price has no other tier", "house-model", "priority", (7, 0, 0, 3))
add("an own price wins over the table", "o3", "default", SIZES["cached"])
add("and for a dated name", "o3-2025-04-16", "priority", SIZES["cached and written"])
add("and where the table has more tiers", "o3", "flex", SIZES["cached"])
add("one account's price", "gpt-5.5", "priority", SIZES["long"], account="negotiated")
add("one account's price, Fast filtered", "gpt-5.5", "default", SIZES["cached"], account="negotiated", requested="priority",
    verdict="filter")
add("and not another's", "gpt-5.5", "priority", SIZES["cached"])

print("[\n" + ",\n".join(json.dumps(turn) for turn in TURNS) + "\n]")

/**
 * The first shape of the ledger: one row per turn, and nothing that a prompt or an answer said. No index but the row's
 * number: each further one is another page to write before a turn may end, and rows stand in the order of their end.
 */
export const turn = `
CREATE TABLE turn (
  seq              INTEGER PRIMARY KEY,
  id               TEXT NOT NULL,
  response_id      TEXT,
  started_at       INTEGER NOT NULL,
  first_token_at   INTEGER,
  ended_at         INTEGER NOT NULL,
  tool             TEXT NOT NULL,
  account          TEXT,
  key_fingerprint  TEXT,
  dialect          TEXT NOT NULL,
  transport        TEXT NOT NULL,
  streamed         INTEGER NOT NULL,
  model_requested  TEXT,
  model_upstream   TEXT,
  model_served     TEXT,
  tier_requested   TEXT,
  tier_sent        TEXT,
  tier_served      TEXT,
  tier_billed      TEXT,
  served_trust     TEXT,
  verdict          TEXT,
  rule             TEXT,
  observed         TEXT,
  tokens_input     INTEGER,
  tokens_cached    INTEGER,
  tokens_cache_write INTEGER,
  tokens_output    INTEGER,
  tokens_reasoning INTEGER,
  cost_input       INTEGER,
  cost_cached      INTEGER,
  cost_cache_write INTEGER,
  cost_output      INTEGER,
  cost_total       INTEGER,
  price_version    TEXT,
  status           INTEGER,
  error            TEXT,
  partial          INTEGER NOT NULL
) STRICT;
`;

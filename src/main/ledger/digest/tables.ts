/**
 * The shape of the digest. It holds nothing that the ledger does not say, apart from later prices, so that a digest of another
 * version, or of another ledger, is simply made anew.
 *
 * - `kind`: each combination of what turns can be told apart by, once. There are hundreds of them where there are a million turns.
 * - `mark`: which turns are of a kind, in the order of the ledger.
 * - `hour`: the sums of the turns that began in an hour (UTC), by kind, as a packed list.
 * - `name`: how ids begin, and `session`: which turns a session has.
 * - `cache_lost`: turns that lost their session's cache.
 * - `repriced`: what turns cost by a later table; the row in the ledger keeps its first figure.
 */
export const DIGEST_TABLES = `
CREATE TABLE state (version INTEGER NOT NULL, last_seq INTEGER NOT NULL, last_id TEXT, first_seq INTEGER) STRICT;
CREATE TABLE kind (
  kind            INTEGER PRIMARY KEY,
  tool            TEXT NOT NULL,
  account         TEXT,
  model           TEXT,
  tier            TEXT,
  verdict         TEXT,
  outcome         TEXT NOT NULL,
  rule            TEXT,
  model_requested TEXT,
  model_served    TEXT,
  route           TEXT,
  error           TEXT,
  last_at         INTEGER NOT NULL,
  unpriced_at     INTEGER NOT NULL
) STRICT;
CREATE TABLE mark (
  kind       INTEGER NOT NULL,
  seq        INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  PRIMARY KEY (kind, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE hour (
  hour      INTEGER PRIMARY KEY,
  first_seq INTEGER NOT NULL,
  last_seq  INTEGER NOT NULL,
  tallies   BLOB NOT NULL
) STRICT;
CREATE TABLE name (key TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (key, seq)) STRICT, WITHOUT ROWID;
CREATE TABLE session (session TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (session, seq)) STRICT, WITHOUT ROWID;
CREATE TABLE cache_lost (seq INTEGER PRIMARY KEY, tokens INTEGER NOT NULL) STRICT;
CREATE TABLE repriced (
  seq         INTEGER PRIMARY KEY,
  version     TEXT,
  input       INTEGER,
  cached      INTEGER,
  cache_write INTEGER,
  output      INTEGER,
  total       INTEGER,
  basis       TEXT,
  saved       INTEGER,
  premium     INTEGER
) STRICT;
`;

/** Raised whenever the tables or the meaning of a tally change. */
export const DIGEST_VERSION = 1;

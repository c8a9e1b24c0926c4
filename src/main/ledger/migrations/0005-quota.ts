/** How much of a login's plan is used, by account, so that a restart does not forget it. */
export const quota = `
CREATE TABLE quota (
  account      TEXT NOT NULL,
  place        INTEGER NOT NULL,
  minutes      INTEGER NOT NULL,
  used_percent REAL NOT NULL,
  resets_at    INTEGER,
  seen_at      INTEGER NOT NULL,
  PRIMARY KEY (account, place)
) STRICT, WITHOUT ROWID;
`;

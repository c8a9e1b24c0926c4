/** Which keys are cooling down, by fingerprint, so that a restart does not ask them again at once; an empty model is every model. */
export const cooldown = `
CREATE TABLE cooldown (
  fingerprint TEXT NOT NULL,
  model       TEXT NOT NULL,
  reason      TEXT NOT NULL,
  until       INTEGER NOT NULL,
  PRIMARY KEY (fingerprint, model)
) STRICT, WITHOUT ROWID;
`;

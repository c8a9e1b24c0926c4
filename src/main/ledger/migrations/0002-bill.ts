/** What a turn cost and how it got its answer; all of it is unknown for turns recorded before. */
export const bill = `
ALTER TABLE turn ADD COLUMN sent_at    INTEGER;
ALTER TABLE turn ADD COLUMN session    TEXT;
ALTER TABLE turn ADD COLUMN route      TEXT;
ALTER TABLE turn ADD COLUMN cost_basis TEXT;
ALTER TABLE turn ADD COLUMN saved      INTEGER;
ALTER TABLE turn ADD COLUMN premium    INTEGER;
ALTER TABLE turn ADD COLUMN attempts   TEXT;
ALTER TABLE turn ADD COLUMN tool_calls TEXT;
`;

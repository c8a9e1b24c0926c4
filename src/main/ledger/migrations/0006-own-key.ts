/** Whether the key was the tool's own; turns recorded before do not tell. */
export const ownKey = `
ALTER TABLE turn ADD COLUMN own_key INTEGER;
`;

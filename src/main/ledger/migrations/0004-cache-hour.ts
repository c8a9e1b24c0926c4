/** What was written to a cache for an hour, and what that cost; turns recorded before do not tell it from the rest. */
export const cacheHour = `
ALTER TABLE turn ADD COLUMN tokens_cache_write_hour INTEGER;
ALTER TABLE turn ADD COLUMN cost_cache_write_hour   INTEGER;
`;

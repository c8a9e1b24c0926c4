/** What one reader makes of a member: its text, null for "not there, or no string", or {@link REFUSED}. */
export type Seen = string | null;

/** The reader refuses the whole document; no tier is spelled so. */
export const REFUSED = 'refused';

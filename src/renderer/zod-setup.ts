import { z } from 'zod';

// Zod would otherwise try `new Function`, which the page's CSP refuses and reports. First import of main.tsx, since
// schemas are made while modules load.
z.config({ jitless: true });

import { defineConfig } from 'drizzle-kit';

/** For `npm run migration`, which writes the next migration from what changed in the schema. */
export default defineConfig({ dialect: 'sqlite', schema: './db/schema.ts', out: './db/migrations' });

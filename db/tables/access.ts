import { desc } from 'drizzle-orm';
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { Scope, SessionWay } from '../../server/core/access.ts';
import type { AuditRecord } from '../../server/core/records.ts';
import type { Role } from '../../server/core/roles.ts';

/** The tables of who may come in, and of what they did. Part of `schema.ts`, which says how times are kept. */

/** Who is signed in. The secret itself is in the person's cookie and nowhere else. */
export const sessions = sqliteTable('sessions', {
  /** SHA-256 of the secret. */
  hash: text('hash').primaryKey(),
  who: text('who').notNull(),
  /** Rows older than this column could act on circuits. */
  role: text('role').$type<Role>().notNull().default('operator'),
  owner: text('owner'),
  way: text('way').$type<SessionWay>().notNull().default('link'),
  from: text('from'),
  openedAt: integer('opened_at').notNull(),
  seenAt: integer('seen_at').notNull(),
  endsAt: integer('ends_at').notNull(),
});

/** Tokens of programs. Secrets are shown once and kept nowhere. */
export const tokens = sqliteTable('tokens', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  /** SHA-256 of the secret. */
  hash: text('hash').notNull().unique(),
  role: text('role').$type<Role>().notNull(),
  scopes: text('scopes', { mode: 'json' }).$type<Scope[]>().notNull(),
  createdAt: integer('created_at').notNull(),
  createdBy: text('created_by').notNull(),
  expiresAt: integer('expires_at'),
  lastUsedAt: integer('last_used_at'),
  revokedAt: integer('revoked_at'),
});

/** People who may sign in. */
export const people = sqliteTable('people', {
  id: text('id').primaryKey(),
  name: text('name').notNull().unique(),
  role: text('role').$type<Role>().notNull(),
  /** Argon2id. */
  passwordHash: text('password_hash'),
  subject: text('subject').unique(),
  inviteHash: text('invite_hash'),
  inviteEndsAt: integer('invite_ends_at'),
  createdAt: integer('created_at').notNull(),
  createdBy: text('created_by').notNull(),
  seenAt: integer('seen_at'),
  disabledAt: integer('disabled_at'),
});

export const audit = sqliteTable(
  'audit',
  {
    id: text('id').primaryKey(),
    at: integer('at').notNull(),
    who: text('who').notNull(),
    what: text('what').notNull(),
    subject: text('subject'),
    reason: text('reason'),
    before: text('before', { mode: 'json' }).$type<unknown>(),
    after: text('after', { mode: 'json' }).$type<unknown>(),
    outcome: text('outcome').$type<AuditRecord['outcome']>().notNull(),
    from: text('from'),
  },
  (table) => [
    index('audit_newest').on(desc(table.at), desc(table.id)),
    index('audit_by_subject').on(table.subject, desc(table.at), desc(table.id)),
  ],
);

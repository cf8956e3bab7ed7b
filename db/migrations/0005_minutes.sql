CREATE TABLE `chain_minutes` (
	`at` integer NOT NULL,
	`chain` text NOT NULL,
	`requests` integer NOT NULL,
	`answered` integer NOT NULL,
	`answered_by` text NOT NULL,
	`by_fallback` integer NOT NULL,
	`rescued` integer NOT NULL,
	`errors` integer NOT NULL,
	`cancelled` integer NOT NULL,
	`first_tokens` blob NOT NULL,
	`first_token_sum_ms` real NOT NULL,
	`cost_nano_usd` integer NOT NULL,
	`unpriced` integer NOT NULL,
	`cost_estimated` integer NOT NULL,
	PRIMARY KEY(`at`, `chain`)
);
--> statement-breakpoint
CREATE TABLE `facet_minutes` (
	`facet` integer NOT NULL,
	`at` integer NOT NULL,
	`requests` integer NOT NULL,
	PRIMARY KEY(`facet`, `at`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `facets` (
	`id` integer PRIMARY KEY NOT NULL,
	`chain` text NOT NULL,
	`client` text NOT NULL,
	`outcome` text NOT NULL,
	`served_by` text NOT NULL,
	`fallback` integer NOT NULL,
	`rescued` integer NOT NULL,
	`provider` text NOT NULL,
	`failure_kind` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `facets_once` ON `facets` (`chain`,`client`,`outcome`,`served_by`,`fallback`,`rescued`,`provider`,`failure_kind`);--> statement-breakpoint
CREATE TABLE `provider_minutes` (
	`at` integer NOT NULL,
	`provider` text NOT NULL,
	`chain` text NOT NULL,
	`attempts` integer NOT NULL,
	`succeeded` integer NOT NULL,
	`failed` integer NOT NULL,
	`cancelled` integer NOT NULL,
	`skipped` integer NOT NULL,
	`failures` text NOT NULL,
	`skips` text NOT NULL,
	`first_tokens` blob NOT NULL,
	`first_token_sum_ms` real NOT NULL,
	`prompt_tokens` integer NOT NULL,
	`completion_tokens` integer NOT NULL,
	`cost_nano_usd` integer NOT NULL,
	`unpriced` integer NOT NULL,
	PRIMARY KEY(`at`, `provider`, `chain`)
);
--> statement-breakpoint
ALTER TABLE `requests` ADD `counted` integer DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX `requests_uncounted` ON `requests` ("started_at" desc,"id" desc) WHERE counted = 0;
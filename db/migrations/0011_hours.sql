CREATE TABLE `chain_hours` (
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
CREATE TABLE `facet_hours` (
	`facet` integer NOT NULL,
	`at` integer NOT NULL,
	`requests` integer NOT NULL,
	PRIMARY KEY(`facet`, `at`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `provider_hours` (
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
	`durations` blob DEFAULT x'' NOT NULL,
	`prompt_tokens` integer NOT NULL,
	`completion_tokens` integer NOT NULL,
	`cost_nano_usd` integer NOT NULL,
	`unpriced` integer NOT NULL,
	PRIMARY KEY(`at`, `provider`, `chain`)
);
--> statement-breakpoint
CREATE TABLE `rollups` (
	`name` text PRIMARY KEY NOT NULL,
	`until` integer NOT NULL
);

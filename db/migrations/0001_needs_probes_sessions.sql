CREATE TABLE `probes` (
	`id` text PRIMARY KEY NOT NULL,
	`node` text NOT NULL,
	`provider` text NOT NULL,
	`kind` text NOT NULL,
	`by` text NOT NULL,
	`at` integer NOT NULL,
	`ok` integer NOT NULL,
	`word` text NOT NULL,
	`status` integer,
	`duration_ms` real NOT NULL,
	`cost_nano_usd` integer
);
--> statement-breakpoint
CREATE INDEX `probes_by_provider` ON `probes` (`provider`,"at" desc);--> statement-breakpoint
CREATE TABLE `sessions` (
	`hash` text PRIMARY KEY NOT NULL,
	`who` text NOT NULL,
	`opened_at` integer NOT NULL,
	`seen_at` integer NOT NULL,
	`ends_at` integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE `requests` ADD `needs_images` integer;--> statement-breakpoint
ALTER TABLE `requests` ADD `needs_tools` integer;--> statement-breakpoint
ALTER TABLE `requests` ADD `needs_json_schema` integer;--> statement-breakpoint
ALTER TABLE `requests` ADD `needs_prompt_tokens` integer;
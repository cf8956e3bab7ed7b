CREATE TABLE `billing_shares` (
	`provider` text NOT NULL,
	`kind` text NOT NULL,
	`prompt_share` real,
	`output_share` real,
	`source` text,
	`dated` text,
	`by` text NOT NULL,
	`at` integer NOT NULL,
	`reason` text NOT NULL,
	PRIMARY KEY(`provider`, `kind`)
);
--> statement-breakpoint
CREATE INDEX `attempts_skipped` ON `attempts` (`started_at`,`request_id`,`ordinal`) WHERE outcome = 'skipped';--> statement-breakpoint
CREATE INDEX `attempts_sightings` ON `attempts` (`started_at`) WHERE permit in ('probe', 'forced', 'held');
CREATE TABLE `attempts` (
	`request_id` text NOT NULL,
	`ordinal` integer NOT NULL,
	`node` text NOT NULL,
	`provider` text NOT NULL,
	`outcome` text NOT NULL,
	`word` text NOT NULL,
	`failure_kind` text,
	`status` integer,
	`circuit_state` text NOT NULL,
	`epoch` integer NOT NULL,
	`permit` text,
	`until` integer,
	`wait_ms` real NOT NULL,
	`started_at` integer NOT NULL,
	`first_token_ms` real,
	`duration_ms` real NOT NULL,
	`prompt_tokens` integer,
	`cached_tokens` integer,
	`completion_tokens` integer,
	`usage_estimated` integer,
	`cost_nano_usd` integer,
	`cost_estimated` integer NOT NULL,
	PRIMARY KEY(`request_id`, `ordinal`)
);
--> statement-breakpoint
CREATE INDEX `attempts_by_provider` ON `attempts` (`provider`,`started_at`);--> statement-breakpoint
CREATE INDEX `attempts_by_failure` ON `attempts` (`failure_kind`,`provider`,`request_id`) WHERE failure_kind is not null;--> statement-breakpoint
CREATE TABLE `audit` (
	`id` text PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`who` text NOT NULL,
	`what` text NOT NULL,
	`subject` text,
	`reason` text,
	`before` text,
	`after` text,
	`outcome` text NOT NULL,
	`from` text
);
--> statement-breakpoint
CREATE INDEX `audit_newest` ON `audit` ("at" desc,"id" desc);--> statement-breakpoint
CREATE INDEX `audit_by_subject` ON `audit` (`subject`,"at" desc,"id" desc);--> statement-breakpoint
CREATE TABLE `circuit_events` (
	`node` text NOT NULL,
	`seq` integer NOT NULL,
	`provider` text NOT NULL,
	`epoch` integer NOT NULL,
	`from` text NOT NULL,
	`to` text NOT NULL,
	`automatic` text NOT NULL,
	`cause` text NOT NULL,
	`evidence` text NOT NULL,
	`by` text NOT NULL,
	`reason` text,
	`until` integer,
	`at` integer NOT NULL,
	PRIMARY KEY(`node`, `seq`)
);
--> statement-breakpoint
CREATE INDEX `circuit_events_newest` ON `circuit_events` ("at" desc,"node" desc,"seq" desc);--> statement-breakpoint
CREATE INDEX `circuit_events_by_provider` ON `circuit_events` (`provider`,"at" desc,"node" desc,"seq" desc);--> statement-breakpoint
CREATE TABLE `circuits` (
	`provider` text PRIMARY KEY NOT NULL,
	`automatic` text NOT NULL,
	`override` text NOT NULL,
	`epoch` integer NOT NULL,
	`since` integer NOT NULL,
	`automatic_since` integer NOT NULL,
	`cause` text,
	`open_until` integer,
	`override_until` integer,
	`by` text NOT NULL,
	`reason` text,
	`probes_failed` integer NOT NULL,
	`throttles` integer NOT NULL,
	`evidence` text NOT NULL,
	`last_success_at` integer
);
--> statement-breakpoint
CREATE TABLE `requests` (
	`id` text PRIMARY KEY NOT NULL,
	`node` text NOT NULL,
	`chain` text NOT NULL,
	`client` text,
	`stream` integer NOT NULL,
	`started_at` integer NOT NULL,
	`first_token_ms` real,
	`duration_ms` real NOT NULL,
	`outcome` text NOT NULL,
	`status` integer NOT NULL,
	`error_code` text,
	`served_by` text,
	`fallback` integer NOT NULL,
	`prompt_tokens` integer,
	`cached_tokens` integer,
	`completion_tokens` integer,
	`usage_estimated` integer,
	`cost_nano_usd` integer,
	`cost_estimated` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `requests_newest` ON `requests` ("started_at" desc,"id" desc);--> statement-breakpoint
CREATE INDEX `requests_by_outcome` ON `requests` (`outcome`,"started_at" desc,"id" desc);--> statement-breakpoint
CREATE INDEX `requests_by_provider` ON `requests` (`served_by`,"started_at" desc,"id" desc);--> statement-breakpoint
CREATE INDEX `requests_fallback` ON `requests` ("started_at" desc,"id" desc) WHERE fallback = 1;--> statement-breakpoint
CREATE INDEX `requests_felt` ON `requests` ("started_at" desc,"id" desc) WHERE outcome in ('failed', 'interrupted');
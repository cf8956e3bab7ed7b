CREATE TABLE `alert_deliveries` (
	`id` text PRIMARY KEY NOT NULL,
	`alert_key` text,
	`destination` text NOT NULL,
	`ordinal` integer NOT NULL,
	`message` text NOT NULL,
	`created_at` integer NOT NULL,
	`status` text NOT NULL,
	`attempts` integer NOT NULL,
	`next_at` integer NOT NULL,
	`answer` integer,
	`error` text,
	`settled_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `alert_deliveries_once` ON `alert_deliveries` (`alert_key`,`destination`,`ordinal`);--> statement-breakpoint
CREATE INDEX `alert_deliveries_newest` ON `alert_deliveries` ("created_at" desc,"id" desc);--> statement-breakpoint
CREATE INDEX `alert_deliveries_waiting` ON `alert_deliveries` (`created_at`,`id`) WHERE status = 'waiting';--> statement-breakpoint
CREATE INDEX `alert_deliveries_by_destination` ON `alert_deliveries` (`destination`,`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `alerts` (
	`key` text PRIMARY KEY NOT NULL,
	`incident_id` integer,
	`chain` text,
	`seen_at` integer NOT NULL,
	`bad_since` integer,
	`risk_since` integer,
	`well_since` integer,
	`resolved_at` integer,
	`told` text NOT NULL,
	`done` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `alerts_in_order` ON `alerts` (`done`,"seen_at" desc);
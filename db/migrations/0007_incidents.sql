CREATE TABLE `incident_notes` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`incident_id` integer NOT NULL,
	`row_id` text,
	`text` text,
	`at` integer NOT NULL,
	`noted_at` integer NOT NULL,
	`who` text NOT NULL,
	`starred` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `incident_notes_by_row` ON `incident_notes` (`incident_id`,`row_id`);--> statement-breakpoint
CREATE TABLE `incidents` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`key` text NOT NULL,
	`state` text NOT NULL,
	`unresolved` integer NOT NULL,
	`title` text NOT NULL,
	`began_at` integer NOT NULL,
	`detected_at` integer NOT NULL,
	`mitigated_at` integer,
	`back_at` integer,
	`resolved_at` integer,
	`quiet_until` integer,
	`providers` text NOT NULL,
	`chains` text NOT NULL,
	`errors` integer NOT NULL,
	`openings` integer NOT NULL,
	`impact` text NOT NULL,
	`report` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `incidents_by_key` ON `incidents` (`key`);--> statement-breakpoint
CREATE INDEX `incidents_in_order` ON `incidents` ("unresolved" desc,"id" desc);
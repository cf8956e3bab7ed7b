CREATE TABLE `let_go` (
	`kind` text PRIMARY KEY NOT NULL,
	`before` integer NOT NULL,
	`rows` integer NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `probes_by_time` ON `probes` (`at`);
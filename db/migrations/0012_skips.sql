CREATE TABLE `skip_hours` (
	`at` integer NOT NULL,
	`shape` integer NOT NULL,
	`requests` integer NOT NULL,
	`prompt_tokens` integer NOT NULL,
	`cached_tokens` integer NOT NULL,
	`completion_tokens` integer NOT NULL,
	`cost_nano_usd` integer NOT NULL,
	PRIMARY KEY(`at`, `shape`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `skip_minutes` (
	`at` integer NOT NULL,
	`shape` integer NOT NULL,
	`requests` integer NOT NULL,
	`prompt_tokens` integer NOT NULL,
	`cached_tokens` integer NOT NULL,
	`completion_tokens` integer NOT NULL,
	`cost_nano_usd` integer NOT NULL,
	PRIMARY KEY(`at`, `shape`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `skip_shapes` (
	`id` integer PRIMARY KEY NOT NULL,
	`shape` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `skip_shapes_shape_unique` ON `skip_shapes` (`shape`);
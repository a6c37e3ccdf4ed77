CREATE TABLE "things" (
	"id" serial PRIMARY KEY NOT NULL,
	"raw" json DEFAULT '{"a":[1,"two",null],"b":{"c":true}}'::json,
	"data" jsonb DEFAULT '{"it":"is"}'::jsonb NOT NULL,
	"list" jsonb DEFAULT '[]'::jsonb,
	"address" "inet",
	"network" "cidr",
	"mac" "macaddr",
	"mac8" "macaddr8",
	"place" "point",
	"border" "line",
	"flags" bit(3)
);


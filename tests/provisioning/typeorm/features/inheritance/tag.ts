import { Entity } from "typeorm";

import { Root } from "./base";

@Entity({ name: "tags" })
export class Tag extends Root {}

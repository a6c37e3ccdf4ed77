import { Module } from "@nestjs/common";
import { SequelizeModule } from "@nestjs/sequelize";

import { First } from "./a_first";
import { Owner } from "./owner";

@Module({
  imports: [SequelizeModule.forRoot({ dialect: "postgres", define: { schema: "shop" }, models: [Owner, First] })],
})
export class AppModule {}

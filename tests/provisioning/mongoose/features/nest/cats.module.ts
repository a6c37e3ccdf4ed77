import { Module } from '@nestjs/common';
import { MongooseModule } from '@nestjs/mongoose';
import { Cat, CatSchema } from './cat.schema';
import { Owner, OwnerSchema } from './owner.schema';

@Module({
  imports: [
    MongooseModule.forFeature([{ name: Cat.name, schema: CatSchema }]),
    MongooseModule.forFeatureAsync([
      {
        name: Owner.name,
        useFactory: () => {
          const schema = OwnerSchema;
          schema.index({ name: 1 });
          return schema;
        },
      },
    ]),
  ],
})
export class CatsModule {}

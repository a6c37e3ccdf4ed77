import { Entity, JoinTable, ManyToMany, PrimaryColumn, PrimaryGeneratedColumn } from "typeorm";

@Entity()
export class Warehouse {
  @PrimaryColumn() country: string;
  @PrimaryColumn("int") number: number;
  @ManyToMany(() => Product, (product) => product.warehouses) products: Product[];
}

@Entity()
export class Product {
  @PrimaryGeneratedColumn() id: number;
  @ManyToMany(() => Warehouse, (warehouse) => warehouse.products) @JoinTable() warehouses: Warehouse[];
  @ManyToMany(() => Warehouse)
  @JoinTable({
    name: "stock",
    inverseJoinColumns: [
      { name: "w_country", referencedColumnName: "country" },
      { name: "w_number", referencedColumnName: "number" },
    ],
  })
  stock: Warehouse[];
}

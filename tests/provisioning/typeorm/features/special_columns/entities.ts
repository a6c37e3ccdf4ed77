import {
  Column,
  CreateDateColumn,
  DeleteDateColumn,
  Entity,
  PrimaryGeneratedColumn,
  UpdateDateColumn,
  VersionColumn,
  VirtualColumn,
} from "typeorm";

@Entity()
export class Special {
  @PrimaryGeneratedColumn() id: number;
  @CreateDateColumn() createdAt: Date;
  @UpdateDateColumn() updatedAt: Date;
  @DeleteDateColumn() deletedAt?: Date;
  @VersionColumn() version: number;
  @CreateDateColumn({ type: "timestamptz", name: "created_with_zone" }) createdWithZone: Date;
  @UpdateDateColumn({ type: "timestamp", precision: 3, default: () => "CURRENT_TIMESTAMP(3)", onUpdate: "CURRENT_TIMESTAMP(3)" }) updatedPrecise: Date;
  @DeleteDateColumn({ type: "timestamptz", nullable: true, select: false }) deletedWithZone: Date;
  @CreateDateColumn({ nullable: true }) createdMaybe: Date;
  @VirtualColumn({ query: (alias) => `select count(*) from special where id = ${alias}.id` }) total: number;
  @Column({ type: "int", asExpression: "id * 2", generatedType: "STORED" }) doubled: number;
  @Column({ type: "varchar", asExpression: `upper("accessor")`, generatedType: "STORED", nullable: true }) upper: string;
  plain: string;
  get computed(): string {
    return "";
  }
  @Column() get accessor(): string {
    return "";
  }
}

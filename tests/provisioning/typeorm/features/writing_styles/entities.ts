import { Entity, Column, PrimaryGeneratedColumn, ManyToOne, BaseEntity } from 'typeorm'

@Entity()
export default class Styles extends BaseEntity {
  // A comment between.
  @PrimaryGeneratedColumn()
  /** and another */
  public readonly id!: number

  @Column({ type: 'text', nullable: true }) private name?: string

  @Column(
    'varchar',
    {
      length: 10, // trailing comments
    },
  )
  protected code: string = 'x'

  @Column({ default: 1 }) declare version: number
  @ManyToOne(function () { return Styles }) viaFunction: Styles
  @ManyToOne(type => Styles as any, (s: any) => s['children']) viaCast: Styles
  @ManyToOne(() => (Styles)) inParentheses: Styles
  static counter = 0
  static { Styles.counter++ }
  method(): void {}
}

const Anonymous = class extends BaseEntity {}
export class Late extends Anonymous {}

namespace Inner {
  @Entity('inner_entity')
  export class InNamespace {
    @PrimaryGeneratedColumn() id: number
  }
}

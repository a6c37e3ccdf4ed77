const { DataTypes, Sequelize } = require("sequelize");

const sequelize = new Sequelize("postgres://localhost/app");

sequelize.define("numbered", { number: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true } });
sequelize.define("big", { id: { type: DataTypes.BIGINT, primaryKey: true, autoIncrement: true, allowNull: false } });
sequelize.define("small", { id: { type: DataTypes.SMALLINT, primaryKey: true, autoIncrement: true } });
sequelize.define("identity", { id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true, autoIncrementIdentity: true } });
sequelize.define("named", { code: { type: DataTypes.STRING(5), primaryKey: true } });
sequelize.define("pair", { a: { type: DataTypes.INTEGER, primaryKey: true }, b: { type: DataTypes.INTEGER, primaryKey: true } });
sequelize.define("none", { text: DataTypes.STRING });

const { DataTypes, Sequelize } = require("sequelize");

const sequelize = new Sequelize("postgres://localhost/app", { define: { underscored: true, timestamps: false } });

const other = sequelize.define("BlogPost", { longTitle: DataTypes.STRING });
sequelize.define("Stamped", { x: DataTypes.STRING }, { timestamps: true, underscored: false });
module.exports = { other };

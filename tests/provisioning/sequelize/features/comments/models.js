const { DataTypes, Sequelize } = require("sequelize");

const sequelize = new Sequelize("postgres://localhost/app");

sequelize.define("Noted", {
  name: { type: DataTypes.STRING, comment: "What people call it" },
}, { comment: "Things with notes" });

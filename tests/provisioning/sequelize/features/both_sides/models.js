const { DataTypes, Sequelize } = require("sequelize");

const sequelize = new Sequelize("postgres://localhost/app");

const Team = sequelize.define("Team", { code: { type: DataTypes.STRING(9), primaryKey: true } }, { underscored: true });
const Player = sequelize.define("Player", { name: DataTypes.STRING }, { underscored: true });
Team.hasMany(Player, { foreignKey: "teamCode", as: "players", onDelete: "CASCADE" });
Player.belongsTo(Team, { foreignKey: "teamCode", as: "team" });

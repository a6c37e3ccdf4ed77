exports.prefix = "my_";
module.exports.lengths = { name: 20 };

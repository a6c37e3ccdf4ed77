const mongoose = require('mongoose');
const { Schema, model, models } = mongoose;

const schema = new Schema({ a: String });
exports.One = models.One || model('One', schema);
exports.Two = mongoose.models?.Two ?? mongoose.model('Two', new Schema({ b: String }), 'deux');
const connection = mongoose.createConnection();
exports.Three = connection.model('Three', new mongoose.Schema({ c: String }, { collection: 'drei' }));
exports.Four = mongoose.connection.model('Four', mongoose.Schema({ d: String }));
exports.Five = mongoose.model('Five', new Schema({ e: String }), 'shared');
exports.Six = mongoose.model('Six', new Schema({ f: { type: String, required: true } }), 'shared');
let Late;
Late = new Schema({ g: String });
exports.Seven = model('Seven', Late);

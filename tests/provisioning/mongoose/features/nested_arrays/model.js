const { Schema, model } = require('mongoose');

const answer = new Schema({ text: String, votes: [{ type: Schema.Types.ObjectId, ref: 'Voter' }] }, { _id: false });
const question = new Schema({ title: String, answers: [answer], position: Number, parent_id: String });
const level = new Schema({ four: [{ five: String }] });

model('Voter', new Schema({ name: String }));
module.exports = model('Survey', new Schema({
  questions: [question],
  one: [{ two: [{ three: [level] }] }],
}));

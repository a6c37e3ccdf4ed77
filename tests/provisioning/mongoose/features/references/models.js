const mongoose = require('mongoose');
const Schema = mongoose.Schema;
const ObjectId = Schema.Types.ObjectId;

const User = mongoose.model('User', new Schema({ name: String }));
const Team = mongoose.model('Team', new Schema({ _id: String, title: String }));
const Badge = mongoose.model('Badge', new Schema({ _id: Number, title: String }));

mongoose.model('Post', new Schema({
  author: { type: ObjectId, ref: 'User', required: true },
  editor: { type: ObjectId, ref: User },
  reviewer: { type: ObjectId, ref: () => 'User' },
  team: { type: String, ref: 'Team' },
  badge: { type: Number, ref: 'Badge', default: 1 },
  wrong: { type: ObjectId, ref: 'Badge' },
  lost: { type: ObjectId, ref: 'Nobody' },
  subject: { type: ObjectId, refPath: 'subjectModel' },
  subjectModel: { type: String, enum: ['User', 'Team'] },
  parent: { type: ObjectId, ref: 'Post' },
  nested: { owner: { type: ObjectId, ref: 'User', required: true } },
}));

const { Schema, model } = require('mongoose');

const user = new Schema({
  friends: [{ type: Schema.Types.ObjectId, ref: 'User' }],
  teams: { type: [{ type: Schema.Types.ObjectId, ref: 'Team' }] },
  outer: { type: [Schema.Types.ObjectId], ref: 'Team' },
  lost: [{ type: Schema.Types.ObjectId, ref: 'Nobody' }],
  dynamic: [{ type: Schema.Types.ObjectId, refPath: 'kind' }],
  kind: String,
  club: { members: [{ type: Schema.Types.ObjectId, ref: 'User', index: true }] },
  slugs: [{ type: String, ref: 'Topic' }],
});
model('User', user);
model('Team', new Schema({ name: String }));
model('Topic', new Schema({ _id: String }));

export const artists = [
  { id: 'a1', name: 'Nova Tides', country: 'NO', bio: 'Synth duo', image: '/img/a1.jpg', verified: true },
  { id: 'a2', name: 'The Lamps', country: 'UK', bio: null, image: '/img/a2.jpg', verified: false },
];

export const albums = [
  { id: 'al1', artistId: 'a1', title: 'Harbour', releaseDate: '2021-05-14', cover: '/img/al1.jpg' },
  { id: 'al2', artistId: 'a2', title: 'Bulbs', releaseDate: '2019-10-01', cover: '/img/al2.jpg' },
];

export const tracks = [
  { id: 't1', albumId: 'al1', title: 'Buoy', duration: 214, trackNumber: 1, explicit: false, audioUrl: '/audio/t1.mp3' },
  { id: 't2', albumId: 'al1', title: 'Ferry', duration: 187, trackNumber: 2, explicit: false, audioUrl: '/audio/t2.mp3' },
  { id: 't3', albumId: 'al2', title: 'Switch', duration: 243, trackNumber: 1, explicit: true, audioUrl: '/audio/t3.mp3' },
];

export const genres = ['Pop', 'Rock', 'Jazz', 'Synth'];

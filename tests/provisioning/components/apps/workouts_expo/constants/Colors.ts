const tint = '#ff6b35';

export default {
  light: { text: '#11181C', background: '#fff', tint, icon: '#687076', tabIconDefault: '#687076' },
  dark: { text: '#ECEDEE', background: '#151718', tint, icon: '#9BA1A6', tabIconDefault: '#9BA1A6' },
};

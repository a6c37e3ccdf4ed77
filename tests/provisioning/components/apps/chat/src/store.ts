import { create } from 'zustand';
import { v4 as uuidv4 } from 'uuid';
import type { Conversation, Message, User } from './types';

interface ChatState {
  currentUser: User | null;
  conversations: Conversation[];
  messages: Record<string, Message[]>;
  activeId: string | null;
  sendMessage: (conversationId: string, text: string) => void;
  setActive: (id: string) => void;
}

export const useChatStore = create<ChatState>((set, get) => ({
  currentUser: null,
  conversations: [],
  messages: {},
  activeId: null,
  sendMessage: (conversationId, text) => {
    const message: Message = {
      id: uuidv4(),
      conversationId,
      senderId: get().currentUser!.id,
      text,
      sentAt: new Date(),
      readAt: null,
    };
    set(s => ({ messages: { ...s.messages, [conversationId]: [...(s.messages[conversationId] ?? []), message] } }));
  },
  setActive: id => set({ activeId: id }),
}));

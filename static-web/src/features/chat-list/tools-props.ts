import type { Component } from 'svelte';
import type { ChatList } from './chat-list.svelte';
import type { FolderAct, ListedChat, ListSource } from './list-source';

/** What the tools may do to the list around them. */
export interface ListActs {
  rename(id: string): void;
  /** Does it and puts the focus on the row that takes the place. */
  goOnAfter(id: string, act: () => void): void;
  /** @param key A chat's id, or a folder's stop. */
  focus(key: string): void;
  /** The row whose menu is open. */
  menuFor(id: string | null): void;
  /** The hits stand in the place of the list. */
  searching(open: boolean): void;
  focusNew(): void;
}

/** @param at Where in the chat something was found; null: in its title. */
export type OpenHit = (id: string, at: { message: string; text: string } | null) => void;

export interface ToolsProps {
  list: ListSource;
  /** Null where the tab keeps the chats. */
  stored: ChatList | null;
  acts: ListActs;
  currentId: string | null;
  onopen: OpenHit;
  /** A new chat in a folder. */
  onnew: (folder: { id: string; name: string }) => void;
}

/** Menus, folders, tags, selection and search: all that the start does without. */
export interface ToolsApi {
  openMenu(chat: ListedChat, anchor: HTMLElement): void;
  actOnFolder(act: FolderAct, id: string, anchor: HTMLElement): void;
  openListMenu(anchor: HTMLElement): void;
  search(): void;
}

export type ToolsComponent = Component<ToolsProps, ToolsApi & Record<string, unknown>>;

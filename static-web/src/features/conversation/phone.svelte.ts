import { MediaQuery } from 'svelte/reactivity';

/** Where the sidebar is a drawer, a message's actions are in one menu. */
export const phone = new MediaQuery('(max-width: 52rem)');

/** Stroke paths on a 24 px grid, as shared/ui/Icon.svelte has them; these come with the first block that needs one. */
export const toolIcons = {
  wrap: 'M4 6h16M4 12h12.500a3 3 0 0 1 0 6H12M14.500 15.500L12 18l2.500 2.500M4 18h4',
  download: 'M12 4v10.500M7.500 10.500L12 15l4.500-4.500M5 16.500V20h14v-3.500',
  copy: 'M9 9h10v10H9zM15 9V5H5v10h4',
  cells: 'M4 5.500h16v13H4zM4 10h16M4 14.250h16M10 5.500v13',
  eye: 'M2.5 12c5-7.5 14-7.5 19 0c-5 7.5-14 7.5-19 0zM12 9a3 3 0 1 0 0 6a3 3 0 0 0 0-6z',
  code: 'M8.500 7.500L4 12l4.500 4.500M15.500 7.500L20 12l-4.500 4.500',
  play: 'M8.5 6l9 6-9 6z',
  stop: 'M7 7h10v10H7z',
  size: 'M13.500 4.500h6v6M19.500 4.500L13 11M10.500 19.500h-6v-6M4.500 19.500L11 13',
};

/** What the open picker is told by the page around it. */
export interface PanelProps {
  onchoose: (id: string) => void;
  onclose: () => void;
  /** Shows an address of the administrator's page; null for everybody else. */
  onadmin: ((path: string) => void) | null;
  /** Whether the site has accounts: then it may say who runs it. */
  accounts: boolean;
}

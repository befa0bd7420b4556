import { Component, type ReactNode } from 'react';
import { words } from '../words/words.ts';

/** Words instead of an empty page when a component breaks, or when a part of the page cannot be loaded. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { isBroken: boolean }> {
  override state = { isBroken: false };

  static getDerivedStateFromError() {
    return { isBroken: true };
  }

  override render() {
    if (!this.state.isBroken) return this.props.children;
    return (
      <section className="empty" role="alert">
        <h1>{words.shell.broke}</h1>
        <p>{words.shell.brokeText}</p>
        <button type="button" className="button-main" onClick={() => window.location.reload()}>
          {words.shell.loadAgain}
        </button>
      </section>
    );
  }
}

import { Component, type ReactNode } from 'react';

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
        <h1>This page broke</h1>
        <p>What you bought is safe. Load the page again to go on.</p>
        <button type="button" className="button-main" onClick={() => window.location.reload()}>
          Load again
        </button>
      </section>
    );
  }
}

import { QueryClientProvider } from '@tanstack/react-query';
import { useState } from 'react';
import { createDeskQueryClient } from '../../features/desk/desk-query-client.ts';
import { Toasts } from '../../features/desk/toasts.tsx';
import { DeskGate } from './desk-gate.tsx';
import { DeskLayout } from './desk-layout.tsx';
import { DeskRoutes } from './desk-routes.tsx';
import './desk.css';

/** The operator's desk: everything of it is loaded apart from the shop. */
export function OperatorApp() {
  const [queryClient] = useState(createDeskQueryClient);
  return (
    <QueryClientProvider client={queryClient}>
      <Toasts>
        <DeskLayout>
          <DeskGate>
            <DeskRoutes />
          </DeskGate>
        </DeskLayout>
      </Toasts>
    </QueryClientProvider>
  );
}

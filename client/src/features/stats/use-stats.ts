import { useEffect, useState } from 'react';
import type { StatsBody } from '../../../../src/contracts/http.ts';
import { STATS_POLL_MS } from '../../config/timing.ts';
import { useServices, useSession } from '../../lib/services.ts';
import { isOver, wait } from '../../lib/wait.ts';

import { fetchStats } from './fetch-stats.ts';

export interface StatsState {
  stats: StatsBody | undefined;
  trouble: 'not_allowed' | 'not_found' | 'unreachable' | undefined;
}

const NOTHING: StatsState = { stats: undefined, trouble: undefined };

/** Reads the figures once a second while the tab is seen; the last good ones stay when a read fails. */
export function useStats(saleId: string): StatsState {
  const { http } = useServices();
  const token = useSession().signedIn?.accessToken;
  const [state, setState] = useState(NOTHING);
  useEffect(() => {
    const life = new AbortController();
    const follow = async () => {
      setState(NOTHING);
      while (!isOver(life.signal)) {
        if (!document.hidden) {
          const answer = await fetchStats(http, saleId, life.signal);
          if (isOver(life.signal)) return;
          if (answer.kind === 'ok') setState({ stats: answer.body, trouble: undefined });
          else {
            const trouble = troubleOf(answer.kind === 'problem' ? answer.problem.status : undefined);
            setState((before) => ({ stats: trouble === 'unreachable' ? before.stats : undefined, trouble }));
          }
        }
        await wait(STATS_POLL_MS, life.signal);
      }
    };
    void follow();
    return () => life.abort();
  }, [http, saleId, token]);
  return state;
}

function troubleOf(status: number | undefined): StatsState['trouble'] {
  if (status === 401 || status === 403) return 'not_allowed';
  return status === 404 || status === 400 ? 'not_found' : 'unreachable';
}

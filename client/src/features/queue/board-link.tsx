import { useState } from 'react';
import { useServices, useSession } from '../../lib/services.ts';
import { deskWords } from '../../words/desk-words.ts';
import { postBoardSession } from './post-board-session.ts';

/** Opens the board of the queue, for operators. */
export function BoardLink() {
  const { http } = useServices();
  const { signedIn } = useSession();
  const [hasFailed, setHasFailed] = useState(false);
  if (!signedIn || signedIn.user.role === 'shopper') return null;

  const open = async () => {
    const answer = await postBoardSession(http);
    setHasFailed(answer.kind !== 'ok');
    if (answer.kind === 'ok') location.assign('/api/admin/queues');
  };
  return (
    <>
      <button type="button" className="button-plain" onClick={() => void open()}>
        {deskWords.queueBoard.open}
      </button>
      {hasFailed && <span role="status">{deskWords.queueBoard.failed}</span>}
    </>
  );
}

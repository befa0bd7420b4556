/** The words of what is loaded apart from the sale. */
export const pages = {
  remind: {
    calendar: 'Add to calendar',
    notify: 'Notify me here',
    opensSoon: (name: string) => `${name} opens in a minute`,
    willNotify: 'You will be notified a minute before, while this page stays open.',
    denied: 'The browser does not allow it. The calendar works without.',
  },
  drops: {
    title: 'All drops',
    now: 'Running now',
    upcoming: 'Coming up',
    over: 'Over',
    from: (moment: string) => `from ${moment}`,
  },
  receipt: {
    number: 'Order number',
    product: 'Bought',
    total: 'Total',
    at: 'On',
    share: 'Share',
    copied: 'Copied',
    print: 'Print',
  },
  profile: {
    title: 'Profile',
    name: 'Name',
    noName: 'none given',
    email: 'E-mail',
    role: 'Role',
    roles: { shopper: 'Shopper', operator: 'Operator', admin: 'Administrator' },
    signOut: 'Sign out',
    signedOut: 'Sign in to see who you are here.',
  },
  components: {
    title: 'Components',
    text: 'Every state of the sale page, as it is shown to shoppers.',
    alone: 'Show alone',
  },
};

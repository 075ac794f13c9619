/* The last of the files: when all that waited for the data has drawn, the page says so. */
stretto.ready.then(
  () => requestAnimationFrame(() => setTimeout(() => {
    document.documentElement.dataset.state = 'ready';
    performance.mark('stretto-ready');
  })),
  (error) => {
    const told = document.createElement('p');
    told.className = 'unreadable';
    told.textContent = `This browser cannot show the sessions (${error.message}). `
      + 'The numbers and the pictures below are all there.';
    document.getElementById('crowd-view').append(told);
    document.documentElement.dataset.state = 'unreadable';
  },
);

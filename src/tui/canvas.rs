//! What is on the terminal, and what must be sent for it to show what is known now: nothing, where nothing changed.

use std::io::{self, Write};

use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};

use super::app::App;
use super::view::{Look, draw};

/// The terminal as it was drawn last.
#[derive(Debug)]
pub(crate) struct Canvas<W: Write> {
    terminal: Terminal<CrosstermBackend<W>>,
    shown: Option<Buffer>,
}

impl<W: Write> Canvas<W> {
    /// The whole terminal behind `out`, whatever its size is at each time.
    ///
    /// # Errors
    /// What the system says when it has no size.
    pub(crate) fn whole(out: W) -> io::Result<Self> {
        Self::with(out, Viewport::Fullscreen)
    }

    fn with(out: W, viewport: Viewport) -> io::Result<Self> {
        let backend = CrosstermBackend::new(out);
        let terminal = Terminal::with_options(backend, TerminalOptions { viewport })?;
        Ok(Self {
            terminal,
            shown: None,
        })
    }

    /// Columns and rows.
    pub(crate) fn size(&mut self) -> (u16, u16) {
        let Rect { width, height, .. } = self.terminal.get_frame().area();
        (width, height)
    }

    /// Sends the terminal a sequence that moves and draws nothing.
    ///
    /// # Errors
    /// That it takes no more.
    pub(crate) fn say(&mut self, sequence: &[u8]) -> io::Result<()> {
        let out = self.terminal.backend_mut();
        out.write_all(sequence)?;
        Write::flush(out)
    }

    /// Draws what is known, in the size that the terminal has now: it may have changed before anybody was told of changes.
    /// ratatui would send a few bytes for every frame, also for one like the last.
    ///
    /// # Errors
    /// That the terminal takes no more.
    pub(crate) fn draw(&mut self, app: &mut App, look: Look) -> io::Result<()> {
        self.terminal.autoresize()?;
        app.size = self.size();
        draw(&mut self.terminal.get_frame(), app, look);
        let drawn = self.terminal.current_buffer_mut();
        if self.shown.as_ref() == Some(&*drawn) {
            drawn.reset();
            return Ok(());
        }
        self.shown = Some(drawn.clone());
        self.terminal.flush()?;
        self.terminal.swap_buffers();
        Write::flush(self.terminal.backend_mut())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::*;
    use crate::tui::message::Message;
    use crate::tui::sample::{self, NOW};
    use crate::tui::update::update;

    /// Counts what is sent.
    #[derive(Clone, Default)]
    struct Sent(Rc<RefCell<usize>>);

    impl Write for Sent {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            *self.0.borrow_mut() += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_frame_like_the_last_sends_nothing() {
        let sent = Sent::default();
        let area = Rect::new(0, 0, 80, 24);
        let mut canvas = Canvas::with(sent.clone(), Viewport::Fixed(area)).unwrap();
        assert_eq!(canvas.size(), (80, 24));
        let look = Look {
            has_colour: true,
            is_ascii: false,
        };
        let mut app = sample::full();
        let mut frame = |app: &mut App| {
            canvas.draw(app, look).unwrap();
            sent.0.take()
        };
        app.size = (20, 6);
        assert!(frame(&mut app) > 1000);
        assert_eq!(app.size, (80, 24));
        update(&mut app, Message::Tick, NOW);
        assert_eq!(frame(&mut app), 0);
        update(&mut app, Message::Tick, NOW + 1000);
        let sent = frame(&mut app);
        assert!((1..200).contains(&sent), "{sent} bytes for three ages");
        assert_eq!(frame(&mut app), 0);
    }
}

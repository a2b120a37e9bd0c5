package ferry

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

var ErrFull = errors.New("the ferry is full")

// Ferry takes passengers across until it is closed.
type Ferry struct {
	mu       sync.Mutex
	seats    int
	aboard   map[string]time.Time
	departed chan struct{}
}

func New(seats int) *Ferry {
	return &Ferry{seats: seats, aboard: make(map[string]time.Time, seats), departed: make(chan struct{})}
}

func (f *Ferry) Board(ctx context.Context, name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("board %q: %w", name, err)
	}
	if len(f.aboard) >= f.seats {
		return ErrFull
	}
	if since, ok := f.aboard[name]; ok {
		return fmt.Errorf("%s is aboard since %s", name, since.Format(time.RFC3339))
	}
	f.aboard[name] = time.Now()
	return nil
}

func (f *Ferry) Wait(ctx context.Context) (int, error) {
	select {
	case <-f.departed:
		f.mu.Lock()
		defer f.mu.Unlock()
		return len(f.aboard), nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

"""The model of a page's blocks: features, trees and thresholds."""
